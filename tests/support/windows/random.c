/* bcryptprimitives.dll, which wine 8 lacks: the one function of it that Rust's library calls. */
#include <windows.h>
#include <ntsecapi.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    return RtlGenRandom(data, (ULONG)size);
}
