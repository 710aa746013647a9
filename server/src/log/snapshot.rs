//! Snapshots of the state, so that a start need not replay ten years.
//!
//! A snapshot is a convenience, never the truth: it names the record it was taken after and
//! that record's hash, and one that is damaged or belongs to another log is ignored. Each is a
//! file of its own, written beside the log, so that saving one holds up no command.
//!
//! | offset | length | field |
//! |---|---|---|
//! | 0 | 8 | `YOBISNP1` |
//! | 8 | 8 | sequence number of the last record in it, little-endian |
//! | 16 | 4 | version of the contents, little-endian |
//! | 20 | 32 | hash of that record |
//! | 52 | 32 | SHA-256 of bytes 0 to 51 and the contents |
//! | 84 | … | the contents |

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::record::Hash;
use super::{LogError, directory};

const MAGIC: &[u8; 8] = b"YOBISNP1";
const HEAD_BYTES: usize = 84;
const SIGNED_BYTES: usize = 52;
/// Snapshots kept: the newest, and the one before in case the newest is damaged.
const KEPT: usize = 2;
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".bin";

/// A state, and the record it was taken after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Sequence number of the last record that is in the state.
    pub seq: u64,
    /// Hash of that record.
    pub hash: Hash,
    /// Version of the contents, chosen by the caller.
    pub version: u32,
    /// The state, opaque to the log.
    pub bytes: Vec<u8>,
}

/// Where snapshots are kept. Cheap to clone; usable from any thread while the log is written.
#[derive(Debug, Clone)]
pub struct Snapshots {
    dir: PathBuf,
}

impl Snapshots {
    /// Names the snapshots of the data directory `dir`.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Writes a snapshot and makes it durable, then removes old ones.
    ///
    /// Call it only for a record that is durable.
    ///
    /// # Errors
    ///
    /// The disk is full, read-only or failing. The log is not concerned; try again later.
    pub fn save(&self, snapshot: &Snapshot) -> Result<(), LogError> {
        let path = self.path(snapshot.seq);
        let partial = self.dir.join("snapshot.partial");
        let failed = |source| directory::directory_error(&path, source);
        let head = encode_head(snapshot);
        let mut file = File::create(&partial).map_err(failed)?;
        file.write_all(&head).map_err(failed)?;
        file.write_all(&snapshot.bytes).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)?;
        directory::sync(&self.dir)?;
        for seq in self.list()?.into_iter().skip(KEPT) {
            fs::remove_file(self.path(seq)).map_err(failed)?;
        }
        Ok(())
    }

    /// Removes every snapshot, so that the next start replays the whole log.
    ///
    /// # Errors
    ///
    /// The directory cannot be listed or written.
    pub fn clear(&self) -> Result<(), LogError> {
        for seq in self.list()? {
            let path = self.path(seq);
            fs::remove_file(&path).map_err(|source| directory::directory_error(&path, source))?;
        }
        Ok(())
    }

    /// Lists the sequence numbers of the snapshots, newest first.
    ///
    /// # Errors
    ///
    /// The directory cannot be listed.
    pub fn list(&self) -> Result<Vec<u64>, LogError> {
        let failed = |source| directory::directory_error(&self.dir, source);
        let mut seqs = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let seq: Option<u64> = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok());
            seqs.extend(seq);
        }
        seqs.sort_unstable_by(|a, b| b.cmp(a));
        Ok(seqs)
    }

    /// Reads the snapshot taken after record `seq`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file.
    pub fn load(&self, seq: u64) -> Result<Snapshot, String> {
        let mut bytes = Vec::new();
        File::open(self.path(seq))
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|error| error.to_string())?;
        let snapshot = decode(bytes)?;
        if snapshot.seq != seq {
            return Err(format!("it was taken after record {}, not {seq}", snapshot.seq));
        }
        Ok(snapshot)
    }

    fn path(&self, seq: u64) -> PathBuf {
        self.dir.join(format!("{PREFIX}{seq:020}{SUFFIX}"))
    }
}

fn encode_head(snapshot: &Snapshot) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&snapshot.seq.to_le_bytes());
    head.extend_from_slice(&snapshot.version.to_le_bytes());
    head.extend_from_slice(&snapshot.hash);
    let digest = digest(&head, &snapshot.bytes);
    head.extend_from_slice(&digest);
    head
}

fn decode(mut bytes: Vec<u8>) -> Result<Snapshot, String> {
    let Some(head) = bytes.first_chunk::<HEAD_BYTES>().copied() else {
        return Err(format!("it is cut short: {} bytes", bytes.len()));
    };
    if !head.starts_with(MAGIC) {
        return Err("it is no snapshot".to_owned());
    }
    let contents = bytes.split_off(HEAD_BYTES);
    let (signed, stored) = head.split_at(SIGNED_BYTES);
    if digest(signed, &contents) != stored {
        return Err("its contents do not match its digest".to_owned());
    }
    Ok(Snapshot {
        seq: u64::from_le_bytes(part(&head, 8)),
        version: u32::from_le_bytes(part(&head, 16)),
        hash: part(&head, 20),
        bytes: contents,
    })
}

fn digest(signed: &[u8], contents: &[u8]) -> Hash {
    Sha256::new().chain_update(signed).chain_update(contents).finalize().into()
}

fn part<const N: usize>(head: &[u8; HEAD_BYTES], at: usize) -> [u8; N] {
    head[at..at + N].try_into().expect("the offsets lie within the head")
}
