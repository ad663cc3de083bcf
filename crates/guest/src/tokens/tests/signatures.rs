//! Signatures that loose verifiers accept: small-order keys, an S out of range, Wycheproof's set.

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use serde_json::json;

use super::{KEY_ID, TokenError, b64, person, token};

/// Order of the base point, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_key_of_small_order_signs_nothing() {
    // With the neutral point as key and as R, and S = 0, the plain equation holds for every text.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    let token = token().mint();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let key = VerifyingKey::from_bytes(&neutral).unwrap();
    let forged = Signature::from_bytes(&signature);
    assert!(key.verify(signed.as_bytes(), &forged).is_ok(), "control: a loose check accepts it");

    let keys = json!([{ "kty": "OKP", "crv": "Ed25519", "x": b64(&neutral), "kid": KEY_ID }]);
    let answer = person(keys, &format!("{signed}.{}", b64(&signature)));
    assert_eq!(answer, Err(TokenError::Invalid));
}

#[test]
fn the_same_signature_has_no_second_form() {
    let token = token().mint();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = base64_bytes(signature);
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    let keys = json!([super::jwk(KEY_ID)]);
    let answer = person(keys, &format!("{signed}.{}", b64(&bytes)));
    assert_eq!(answer, Err(TokenError::Invalid));
}

fn base64_bytes(text: &str) -> Vec<u8> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn the_verifier_agrees_with_wycheproof() {
    use wycheproof::{TestResult, eddsa};

    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        let key: [u8; 32] = group.key.pk.to_vec().try_into().unwrap();
        let key = VerifyingKey::from_bytes(&key).unwrap();
        for case in group.tests {
            let accepted = Signature::from_slice(&case.sig)
                .is_ok_and(|signature| key.verify_strict(&case.msg, &signature).is_ok());
            assert_eq!(accepted, case.result == TestResult::Valid, "case {}", case.tc_id);
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} cases");
}
