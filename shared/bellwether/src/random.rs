//! Randomness as an argument: handlers draw it here and hand it to what decides.

/// Random bytes from the system.
///
/// # Errors
/// When the system has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N], &'static str> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "the system's randomness failed")?;
    Ok(bytes)
}
