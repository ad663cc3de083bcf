//! Spin's variables.

/// The value of a variable of this component; `None` when the manifest does not give it one.
pub fn get(name: &str) -> Option<String> {
    spin_sdk::variables::get(name).ok()
}
