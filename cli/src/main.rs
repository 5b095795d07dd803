//! The binary `bellwether`: see [`bellwether_cli`].

fn main() -> std::process::ExitCode {
    bellwether_cli::main()
}
