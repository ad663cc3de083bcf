//! Order statistics.

/// The value below which this share (0..=1) of the samples lies; sorts in place.
pub(crate) fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into a small vector"
    )]
    let index = (last as f64 * share).round() as usize;
    samples.get(index).copied().unwrap_or(f64::NAN)
}

/// The middle one.
pub(crate) fn median(samples: &mut [f64]) -> f64 {
    quantile(samples, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_ramp() {
        let mut ramp: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(median(&mut ramp), 50.0);
        assert_eq!(quantile(&mut ramp, 0.99), 99.0);
        assert_eq!(quantile(&mut ramp, 0.0), 0.0);
    }
}
