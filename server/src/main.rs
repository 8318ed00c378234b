//! The program `suanpan`: see `suanpan --help`.

fn main() -> std::process::ExitCode {
    server::cli::run()
}
