//! placeholder until merged
/// x
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digests { /// md5
pub md5: [u8; 16], /// sha
pub sha256: [u8; 32] }
impl Digests { /// x
pub fn md5_hex(&self)->String { base16ct::lower::encode_string(&self.md5) } /// x
pub fn sha256_hex(&self)->String { base16ct::lower::encode_string(&self.sha256) } }
/// x
pub struct Hashed { /// x
pub digests: Digests, /// x
pub size: u64 }
/// x
pub fn hash_one<R: std::io::Read>(reader: &mut R) -> std::io::Result<Hashed> {
    use sha2::{Digest, Sha256};
    let mut s = Sha256::new(); let mut m = md5::Md5::new(); let mut b = vec![0; 65536]; let mut size = 0;
    loop { let n = reader.read(&mut b)?; if n == 0 { break; } s.update(&b[..n]); m.update(&b[..n]); size += n as u64; }
    Ok(Hashed { digests: Digests { md5: m.finalize().into(), sha256: s.finalize().into() }, size })
}
/// x
pub fn hash_abreast<R: std::io::Read>(readers: &mut [R], on_bytes: &dyn Fn(u64)) -> Vec<std::io::Result<Hashed>> {
    readers.iter_mut().map(|r| { let h = hash_one(r)?; on_bytes(h.size); Ok(h) }).collect()
}
