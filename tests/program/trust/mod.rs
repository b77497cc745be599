//! Whom the program trusts, on the command line and at the sign-in form.

mod command_line;
mod on_screen;
