//! A DynamoDB in memory, as a process of its own, for servers that are measured. Prints its address and serves until it
//! is ended.

use std::error::Error;
use std::io::Write;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    dynoxide::server::serve_on(listener, dynoxide::Database::memory()?).await;
    Ok(())
}
