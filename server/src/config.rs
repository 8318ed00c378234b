//! How a server is to run, from the command line.

use std::{net::SocketAddr, path::PathBuf};

#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// The data folder.
    pub data: PathBuf,
    /// Adds the sample base where it is not there yet.
    pub demo: bool,
}
