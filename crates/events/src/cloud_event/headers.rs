//! Binary mode: attributes as headers of a record.

use super::{Attributes, check_version, follow, sequence, speaks_of};
use crate::{Envelope, FieldError};

/// What the headers say. Without a single attribute of CloudEvents the envelope came alone, and then
/// they have nothing to say of which event it is.
#[derive(Debug, Default)]
pub(super) struct Stated {
    pub(super) attributes: Attributes,
    id_and_type: Option<[String; 2]>,
}

/// Headers that we read, once each; others are not ours.
#[derive(Default)]
struct Found<'a> {
    specversion: Option<&'a str>,
    id: Option<&'a str>,
    event_type: Option<&'a str>,
    source: Option<&'a str>,
    sequence: Option<&'a str>,
}

impl Stated {
    pub(super) fn read<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, FieldError> {
        let mut found = Found::default();
        let (mut correlation_ids, mut traceparents) = (Vec::new(), Vec::new());
        for (name, value) in headers {
            let place = match name {
                "ce_specversion" => &mut found.specversion,
                "ce_id" => &mut found.id,
                "ce_type" => &mut found.event_type,
                "ce_source" => &mut found.source,
                "ce_sequence" => &mut found.sequence,
                "ce_correlationid" => {
                    correlation_ids.push(value);
                    continue;
                }
                "traceparent" => {
                    traceparents.push(value);
                    continue;
                }
                _ => continue,
            };
            let text = str::from_utf8(value).map_err(|_| FieldError::new(name, "is not UTF-8"))?;
            if place.replace(text).is_some() {
                return Err(FieldError::new(name, "is given twice"));
            }
        }
        let attributes = Attributes {
            sequence: found.sequence.map(|text| sequence("ce_sequence", text)).transpose()?,
            correlation_id: the_one(&correlation_ids).and_then(follow::correlation_id),
            traceparent: the_one(&traceparents).and_then(follow::traceparent),
        };
        Ok(Self { attributes, id_and_type: found.id_and_type()? })
    }

    /// The attributes, once it is sure that they are those of `envelope`.
    pub(super) fn about(self, envelope: &Envelope) -> Result<Attributes, FieldError> {
        if let Some([id, event_type]) = &self.id_and_type {
            speaks_of(envelope, ["ce_id", "ce_type"], [id, event_type])?;
        }
        Ok(self.attributes)
    }
}

impl Found<'_> {
    fn id_and_type(&self) -> Result<Option<[String; 2]>, FieldError> {
        let Self { specversion, id, event_type, source, sequence } = *self;
        if [specversion, id, event_type, source, sequence].iter().all(Option::is_none) {
            return Ok(None);
        }
        check_version("ce_specversion", present("ce_specversion", specversion)?)?;
        present("ce_source", source)?;
        let id = present("ce_id", id)?;
        Ok(Some([id.to_owned(), present("ce_type", event_type)?.to_owned()]))
    }
}

/// The text of a header, if it is there once.
fn the_one<'a>(values: &[&'a [u8]]) -> Option<&'a str> {
    match values {
        [one] => str::from_utf8(one).ok(),
        _ => None,
    }
}

fn present<'a>(name: &str, text: Option<&'a str>) -> Result<&'a str, FieldError> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| FieldError::new(name, "is missing"))
}
