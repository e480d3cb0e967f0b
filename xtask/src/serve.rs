//! `cargo xtask serve`: builds the site, serves it on this machine and rebuilds what changes.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::{Next, from_fn};
use notify::{EventKind, RecursiveMode, Watcher};
use tower_http::services::ServeDir;

use crate::shell::{self, say};
use crate::{site, wasm};

const OUT: &str = "dist";

/// How many ports after the wanted one are tried when it is taken.
const PORTS: u16 = 50;

/// An editor that saves several files should cause one build.
const QUIET: Duration = Duration::from_millis(300);

/// Serves until the process is stopped.
pub fn serve(port: u16) -> Result<()> {
    let listener = bind(port)?;
    let address = listener.local_addr()?;
    site::build(Path::new(OUT), None, site::Offline::Never)?;
    let (_watcher, changes) = watch()?;
    std::thread::spawn(move || {
        if let Err(error) = answer(listener) {
            say(format!("the server has stopped: {error:#}"));
            std::process::exit(1);
        }
    });
    say(format!("Diorama is at http://{address}/ (stop with Ctrl-C)"));
    while let Some(change) = next(&changes) {
        match rebuild(change) {
            Ok(()) => say(format!("rebuilt; reload http://{address}/")),
            Err(error) => say(format!("not rebuilt: {error:#}")),
        }
    }
    Ok(())
}

/// What has to be built again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Page,
    Module,
}

fn rebuild(change: Change) -> Result<()> {
    if change == Change::Module {
        wasm::build()?;
    }
    site::assemble(Path::new(OUT), site::Offline::Never)
}

/// Watches the sources. What changes during a build waits in the channel. The watcher works as long as it lives.
fn watch() -> Result<(impl Watcher, mpsc::Receiver<Change>)> {
    let (sender, receiver) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
        // A build reads its sources: only writing counts.
        Ok(event) if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)) => {
            let paths = event.paths.iter().filter_map(|path| path.strip_prefix(shell::root()).ok());
            // The receiver is gone only when the program ends.
            for change in paths.filter_map(change) {
                sender.send(change).ok();
            }
        }
        Ok(_) => {}
        Err(error) => say(format!("cannot watch the sources: {error}")),
    })?;
    for folder in ["src", "shaders", "www"] {
        let path = shell::root().join(folder);
        watcher.watch(&path, RecursiveMode::Recursive).with_context(|| format!("cannot watch {folder}/"))?;
    }
    Ok((watcher, receiver))
}

/// Waits for the next change and for the quiet after it.
fn next(changes: &mpsc::Receiver<Change>) -> Option<Change> {
    let mut next = changes.recv().ok()?;
    while let Ok(another) = changes.recv_timeout(QUIET) {
        next = next.max(another);
    }
    Some(next)
}

fn change(path: &Path) -> Option<Change> {
    if path.starts_with(wasm::OUT) {
        None
    } else if path.starts_with("www") {
        Some(Change::Page)
    } else {
        Some(Change::Module)
    }
}

fn bind(port: u16) -> Result<TcpListener> {
    let free = (port..=port.saturating_add(PORTS)).find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    free.with_context(|| format!("no port from {port} to {} is free", port.saturating_add(PORTS)))
}

fn answer(listener: TcpListener) -> Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = Router::new().fallback_service(ServeDir::new(OUT)).layer(from_fn(headers));
        axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await?;
        Ok(())
    })
}

/// A reload always shows the last build, and a shader opens as text.
async fn headers(uri: Uri, request: axum::extract::Request, next: Next) -> axum::response::Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if uri.path().ends_with(".wgsl") && response.status().is_success() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_rebuilds_what_depends_on_it() {
        assert_eq!(change(Path::new("www/views/strip.js")), Some(Change::Page));
        assert_eq!(change(Path::new("src/ops/add.rs")), Some(Change::Module));
        assert_eq!(change(Path::new("shaders/add.wgsl")), Some(Change::Module));
        assert_eq!(change(Path::new("www/wasm/diorama.js")), None);
    }

    #[test]
    fn a_taken_port_leads_to_the_next() {
        let first = bind(18_080).unwrap();
        let second = bind(first.local_addr().unwrap().port()).unwrap();
        assert!(second.local_addr().unwrap().port() > first.local_addr().unwrap().port());
    }
}
