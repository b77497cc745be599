//! Whoever reads standard output through a pipe. That it is gone shows at the next line, which may
//! be hours away; on Linux it shows at once.

#[cfg(target_os = "linux")]
use tokio::{io::Interest, net::unix::pipe::Sender};

/// The reader of standard output.
pub struct Reader {
    /// Only looked at, never written to. `None` where there is nothing to look at: for a file.
    #[cfg(target_os = "linux")]
    pipe: Option<Sender>,
}

#[cfg(target_os = "linux")]
impl Reader {
    /// Whoever reads what this process prints.
    pub fn of_standard_output() -> Reader {
        use std::os::fd::AsFd;
        let output = std::io::stdout().as_fd().try_clone_to_owned().ok();
        // The check would put it into a mode in which printing fails while the pipe is full.
        let pipe = output.and_then(|output| Sender::from_file_unchecked(output.into()).ok());
        Reader { pipe }
    }

    /// Waits until nobody reads any more.
    pub async fn is_gone(&self) {
        if let Some(pipe) = &self.pipe
            && pipe.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(not(target_os = "linux"))]
impl Reader {
    /// Whoever reads what this process prints.
    pub fn of_standard_output() -> Reader {
        Reader {}
    }

    /// Elsewhere it shows at the next line.
    pub async fn is_gone(&self) {
        std::future::pending().await
    }
}
