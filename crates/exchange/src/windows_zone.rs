//! Time zones by the names of Windows, as Microsoft's services write them. The pairs are those of the
//! Unicode CLDR (`windowsZones`, territory 001) for the zones that most people live in.

use domain::zone::ZoneName;

const ZONES: &[(&str, &str)] = &[
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("Alaskan Standard Time", "America/Anchorage"),
    ("Arab Standard Time", "Asia/Riyadh"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Argentina Standard Time", "America/Buenos_Aires"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Cen. Australia Standard Time", "Australia/Adelaide"),
    ("Central America Standard Time", "America/Guatemala"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Standard Time (Mexico)", "America/Mexico_City"),
    ("Central Standard Time", "America/Chicago"),
    ("China Standard Time", "Asia/Shanghai"),
    ("E. Africa Standard Time", "Africa/Nairobi"),
    ("E. Australia Standard Time", "Australia/Brisbane"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Eastern Standard Time", "America/New_York"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("FLE Standard Time", "Europe/Kiev"),
    ("GMT Standard Time", "Europe/London"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("India Standard Time", "Asia/Kolkata"),
    ("Iran Standard Time", "Asia/Tehran"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Korea Standard Time", "Asia/Seoul"),
    ("Morocco Standard Time", "Africa/Casablanca"),
    ("Mountain Standard Time", "America/Denver"),
    ("Nepal Standard Time", "Asia/Kathmandu"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("Newfoundland Standard Time", "America/St_Johns"),
    ("Pacific SA Standard Time", "America/Santiago"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Pakistan Standard Time", "Asia/Karachi"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("SA Eastern Standard Time", "America/Cayenne"),
    ("SA Pacific Standard Time", "America/Bogota"),
    ("SA Western Standard Time", "America/La_Paz"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Taipei Standard Time", "Asia/Taipei"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("Ukraine Standard Time", "Europe/Kiev"),
    ("UTC", "UTC"),
    ("Coordinated Universal Time", "UTC"),
    ("tzone://Microsoft/Utc", "UTC"),
    ("W. Australia Standard Time", "Australia/Perth"),
    ("W. Central Africa Standard Time", "Africa/Lagos"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("West Asia Standard Time", "Asia/Tashkent"),
];

/// The zone of a name of the IANA or of Windows. Calendars may put a prefix before the former
/// (`/example.org/20260101/Europe/Berlin`); its last two or three parts count then.
pub(crate) fn parse(name: &str) -> Option<ZoneName> {
    let name = name.trim();
    if let Ok(zone) = ZoneName::parse(name) {
        return Some(zone);
    }
    if let Some((_, iana)) = ZONES.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name)) {
        return ZoneName::parse(iana).ok();
    }
    let prefixed = name.starts_with('/');
    let cuts = name.rmatch_indices('/').map(|(at, _)| at + 1).skip(1).take(2);
    let mut tails = cuts.filter_map(|at| name.get(at..)).filter(|_| prefixed);
    tails.find_map(|tail| ZoneName::parse(tail).ok())
}

#[cfg(test)]
mod tests {
    use super::{ZONES, parse};

    #[test]
    fn every_name_of_the_table_is_a_zone() {
        for (windows, _) in ZONES {
            assert!(parse(windows).is_some(), "{windows}");
        }
    }

    #[test]
    fn a_prefix_of_a_calendar_is_left_away() {
        let name = |text| parse(text).map(|zone| zone.to_string());
        assert_eq!(name("/example.org/20260101/Europe/Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(name("/Middle-earth/Shire"), None);
    }
}
