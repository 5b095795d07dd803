//! Randomness as an argument: handlers draw it here and pass it to pure code.

/// Random bytes from the system.
///
/// # Errors
/// When the system's randomness fails.
pub fn bytes<const N: usize>() -> Result<[u8; N], &'static str> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system's randomness failed")?;
    Ok(bytes)
}
