//! Who acts, and whether the page that sent a request may send it.
//!
//! Today everyone who reaches the server is the owner: the server listens on this machine only unless the
//! owner says otherwise. The actor (for undo and history) is named by the client. What is enforced already:
//! unsafe requests and sockets come from our own pages only ([`same_origin`]).

mod actor;
mod origin;

pub use actor::{Client, actor_of};
pub use origin::{Hosts, same_origin};
