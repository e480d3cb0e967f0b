//! The `diorama` command: look at a checkpoint, run it, let it write. For course authors, and for checks from outside.

mod command;

fn main() -> std::process::ExitCode {
    diorama::text::hush_guarded_panics();
    command::main()
}
