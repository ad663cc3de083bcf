//! RFC 8291 over `ring`: one message, one fresh key pair, one record of `aes128gcm` (RFC 8188).

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom as _, SystemRandom},
};

/// Bytes of an uncompressed point of P-256.
pub(super) const POINT_BYTES: usize = 65;
/// Bytes of the secret that the browser shares with us.
pub(super) const AUTH_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
/// What every push service takes (RFC 8030, 7.2), head and tag included.
const BODY_MAX_BYTES: usize = 4096;
const HEAD_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;
/// Ends the last record, which is our only one.
const LAST_RECORD: u8 = 2;

/// The browser's half of what both sides know.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) public: [u8; POINT_BYTES],
    pub(super) auth: [u8; AUTH_BYTES],
}

/// Why a message was not encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum EncryptError {
    #[error("the message is too long for a push service")]
    TooLong,
    #[error("nothing can be encrypted with the key of the subscription")]
    Key,
}

impl From<Unspecified> for EncryptError {
    fn from(_: Unspecified) -> Self {
        Self::Key
    }
}

/// Encrypts for the browser that has `keys`.
pub(super) fn encrypt(keys: &Keys, plain: Vec<u8>) -> Result<Vec<u8>, EncryptError> {
    let random = SystemRandom::new();
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let our_public = ours.compute_public_key()?;
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.public);
    agree_ephemeral(ours, &theirs, |shared| seal(shared, keys, our_public.as_ref(), salt, plain))?
}

/// Everything after the agreement on a shared secret.
fn seal(
    shared: &[u8],
    keys: &Keys,
    our_public: &[u8],
    salt: [u8; SALT_BYTES],
    plain: Vec<u8>,
) -> Result<Vec<u8>, EncryptError> {
    if HEAD_BYTES + plain.len() + 1 + TAG_BYTES > BODY_MAX_BYTES {
        return Err(EncryptError::TooLong);
    }
    let both = Salt::new(HKDF_SHA256, &keys.auth).extract(shared);
    let input: [u8; 32] = expand(&both, &[b"WebPush: info\0", &keys.public, our_public])?;
    let record = Salt::new(HKDF_SHA256, &salt).extract(&input);
    let key: [u8; KEY_BYTES] = expand(&record, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; NONCE_LEN] = expand(&record, &[b"Content-Encoding: nonce\0"])?;

    let mut sealed = plain;
    sealed.push(LAST_RECORD);
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?).seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut sealed,
    )?;
    let head =
        [&salt[..], &(BODY_MAX_BYTES as u32).to_be_bytes(), &[POINT_BYTES as u8], our_public];
    Ok([&head.concat()[..], &sealed].concat())
}

fn expand<const BYTES: usize>(key: &Prk, label: &[&[u8]]) -> Result<[u8; BYTES], Unspecified> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = [0; BYTES];
    key.expand(label, Length(BYTES))?.fill(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes<const BYTES: usize>(text: &str) -> [u8; BYTES] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    fn keys() -> Keys {
        Keys {
            public: bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        }
    }

    /// RFC 8291, appendix A, from the shared secret on.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let shared: [u8; 32] = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let our_public: [u8; POINT_BYTES] = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw");
        let plain = b"When I grow up, I want to be a watermelon".to_vec();
        let sealed = seal(&shared, &keys(), &our_public, salt, plain).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
    }

    #[test]
    fn the_longest_message_makes_the_longest_body_and_no_longer_one() {
        assert_eq!(encrypt(&keys(), vec![b'x'; 3993]).unwrap().len(), BODY_MAX_BYTES);
        assert_eq!(encrypt(&keys(), vec![b'x'; 3994]), Err(EncryptError::TooLong));
    }

    #[test]
    fn a_key_that_is_no_point_is_refused() {
        let keys = Keys { public: [4; POINT_BYTES], ..keys() };
        assert_eq!(encrypt(&keys, vec![1]), Err(EncryptError::Key));
    }

    #[test]
    fn no_two_messages_look_alike() {
        assert_ne!(encrypt(&keys(), vec![1]), encrypt(&keys(), vec![1]));
    }
}
