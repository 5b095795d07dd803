//! Ids of `HubSpot` records: numbers.

use super::NotAUnit;

/// Returns an id in decimal digits without leading zeros.
pub(super) fn canonical(text: &str) -> Result<String, NotAUnit> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u64>().ok().filter(|number| is_number && *number > 0);
    number.map(|number| number.to_string()).ok_or_else(|| {
        let rounded = "if a spreadsheet shows it as 1.23E+10, export the column as text";
        NotAUnit::because(format!(
            "is not the id of a HubSpot record: send decimal digits alone, for example 8837615204; {rounded}"
        ))
    })
}
