//! Cursors: the place of a version among those of its account, and a hash of what they belong to. The id of the account
//! is not in them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellwether::store::key::EventKey;
use domain::experiment::bucket::fnv1a32;
use domain::experiment::{Event, Experiment, UnitId, Workspace};

fn owner(workspace: &Workspace, experiment: &Experiment, unit: &UnitId) -> u32 {
    fnv1a32(format!("{workspace}/{}/{unit}", experiment.definition.test_id).encode_utf16())
}

/// Writes the place after `event`.
pub fn write(event: &Event, workspace: &Workspace, experiment: &Experiment) -> String {
    let owner = owner(workspace, experiment, event.unit_id());
    let place = format!("{owner:08x} {} {} {}", event.goal(), event.event_id(), event.version());
    URL_SAFE_NO_PAD.encode(place)
}

/// Reads a place. None if it was written for another account, test or workspace, or is damaged.
pub fn read(text: &str, workspace: &Workspace, experiment: &Experiment, unit: &UnitId) -> Option<EventKey> {
    let place = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = place.split(' ');
    let own = parts.next()? == format!("{:08x}", owner(workspace, experiment, unit));
    let (goal, event) =
        (parts.next()?.to_owned().try_into().ok()?, parts.next()?.to_owned().try_into().ok()?);
    let version: u64 = parts.next()?.parse().ok()?;
    let key = EventKey::Conversion(unit.clone(), goal, event, version.try_into().ok()?);
    (own && parts.next().is_none()).then_some(key)
}
