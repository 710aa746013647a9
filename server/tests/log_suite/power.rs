//! A disk in memory that records what SQLite does to it, and can be cut off from power.
//!
//! The model: a write is certain once its file was synced after it. Until then any part of it
//! may be on the disk, in units of a sector of 512 bytes; so may a change of length. A file's
//! creation or removal is certain once the directory was synced, which SQLite's own file system
//! layer does at the first sync of a new journal or write-ahead log. Overwriting a sector never
//! harms another (SQLite's "power-safe overwrite", as on the real disk); no bit rot, no write in
//! a wrong place.

use std::collections::{BTreeMap, HashMap};
use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlite_vfs::wip::{WalIndex, WalIndexLock};
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenKind, OpenOptions, Vfs};

const SECTOR_BYTES: usize = 512;

/// Numbers that look random and are the same for the same seed, for as long as this file lives.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64, from its published description.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `below` - 1.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }
}

/// Number of a file's contents; a name that is removed and created again gets another.
pub(crate) type Inode = u32;

/// One thing that happened to the disk, or a mark that the writer of the test left.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// Something was done to a file's contents.
    Contents(Inode, Change),
    /// A name was given to contents, or taken from them.
    Name(String, Option<Inode>),
    /// A file was synced; of a new journal, the directory with it.
    Sync { inode: Inode, directory: bool },
    /// The writer was asked to make records up to this number durable.
    Asked(u64),
    /// The writer said that records up to this number are durable.
    Acknowledged(u64),
}

/// A change of a file's contents.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Write { at: usize, data: Vec<u8> },
    Resize { len: usize },
}

/// Names and contents of files.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// How the disk misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The change with this number, counted from now, and all after it fail.
    FailFrom(u64),
    /// There is no room from the change with this number on.
    FullFrom(u64),
    /// Files open for reading only.
    ReadOnly,
}

/// A disk in memory.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    names: BTreeMap<String, Inode>,
    contents: BTreeMap<Inode, Vec<u8>>,
    inode_last: Inode,
    /// Journals opened and not synced since: SQLite syncs the directory with their first sync.
    new_journals: Vec<Inode>,
    record: Option<Vec<Happening>>,
    fault: Option<Fault>,
    changes: u64,
}

impl Disk {
    /// Returns an empty disk that records what happens to it.
    pub(crate) fn recording() -> Self {
        Self { record: Some(Vec::new()), ..Self::default() }
    }

    /// Returns a disk with these files.
    pub(crate) fn with(files: Files) -> Self {
        let mut disk = Self::default();
        for (name, contents) in files {
            let inode = disk.create(name);
            disk.contents.insert(inode, contents);
        }
        disk
    }

    /// Notes something in the record.
    pub(crate) fn mark(&mut self, happening: Happening) {
        if let Some(record) = &mut self.record {
            record.push(happening);
        }
    }

    /// Ends the record and returns it.
    pub(crate) fn take_record(&mut self) -> Vec<Happening> {
        self.record.take().unwrap_or_default()
    }

    /// Starts counting changes anew and misbehaves from then on; or no longer.
    pub(crate) fn set_fault(&mut self, fault: Option<Fault>) {
        self.changes = 0;
        self.fault = fault;
    }

    fn create(&mut self, name: String) -> Inode {
        self.inode_last += 1;
        self.contents.insert(self.inode_last, Vec::new());
        self.names.insert(name.clone(), self.inode_last);
        self.mark(Happening::Name(name, Some(self.inode_last)));
        self.inode_last
    }

    fn change(&mut self, inode: Inode, change: Change) -> Result<(), Error> {
        self.allow()?;
        if self.is_full_for(&change) {
            return Err(ErrorKind::WriteZero.into());
        }
        change.apply(self.contents.entry(inode).or_default());
        self.mark(Happening::Contents(inode, change));
        Ok(())
    }

    fn allow(&mut self) -> Result<(), Error> {
        self.changes += 1;
        match self.fault {
            Some(Fault::FailFrom(from)) if self.changes >= from => {
                Err(Error::other("the disk fails"))
            }
            Some(Fault::ReadOnly) => Err(ErrorKind::PermissionDenied.into()),
            Some(Fault::FailFrom(_) | Fault::FullFrom(_)) | None => Ok(()),
        }
    }

    /// Whether this change finds no room. A longer file that is not written yet needs none.
    fn is_full_for(&self, change: &Change) -> bool {
        let full = matches!(self.fault, Some(Fault::FullFrom(from)) if self.changes >= from);
        full && matches!(change, Change::Write { .. })
    }
}

impl Change {
    fn apply(&self, contents: &mut Vec<u8>) {
        match self {
            Self::Write { at, data } => write(contents, *at, data),
            Self::Resize { len } => contents.resize(*len, 0),
        }
    }
}

/// What is certain and what is not, at one point of a record.
#[derive(Debug, Default, Clone)]
pub(crate) struct Doubt {
    names: BTreeMap<String, Inode>,
    contents: BTreeMap<Inode, Vec<u8>>,
    names_pending: Vec<(String, Option<Inode>)>,
    contents_pending: Vec<(Inode, Change)>,
}

impl Doubt {
    /// Takes one more happening into account.
    pub(crate) fn add(&mut self, happening: &Happening) {
        match happening {
            Happening::Contents(inode, change) => {
                self.contents_pending.push((*inode, change.clone()));
            }
            Happening::Name(name, inode) => self.names_pending.push((name.clone(), *inode)),
            Happening::Sync { inode, directory } => {
                let contents = self.contents.entry(*inode).or_default();
                self.contents_pending.retain(|(other, change)| {
                    if other == inode {
                        change.apply(contents);
                    }
                    other != inode
                });
                if *directory {
                    for (name, inode) in self.names_pending.drain(..) {
                        rename(&mut self.names, name, inode);
                    }
                }
            }
            Happening::Asked(_) | Happening::Acknowledged(_) => {}
        }
    }

    /// Builds the disk as a killed process leaves it: nothing is lost, and what was not synced
    /// is still not. It records what happens from then on.
    pub(crate) fn killed(&self) -> Disk {
        let mut disk = Disk {
            names: self.names.clone(),
            contents: self.contents.clone(),
            ..Disk::recording()
        };
        for (name, inode) in &self.names_pending {
            rename(&mut disk.names, name.clone(), *inode);
        }
        for (inode, change) in &self.contents_pending {
            change.apply(disk.contents.entry(*inode).or_default());
        }
        let pending = self.names_pending.iter().filter_map(|(_, inode)| *inode);
        disk.inode_last = disk.contents.keys().copied().chain(pending).max().unwrap_or(0);
        disk
    }

    /// Builds a disk that a power cut could leave.
    ///
    /// Names change in the order in which they were changed, as a journaling file system does
    /// it; contents in any.
    pub(crate) fn disk(&self, loss: Loss, dice: &mut Dice) -> Files {
        let mut names = self.names.clone();
        for (name, inode) in &self.names_pending {
            if !loss.keeps(dice) {
                break;
            }
            rename(&mut names, name.clone(), *inode);
        }
        let mut contents = self.contents.clone();
        for (inode, change) in &self.contents_pending {
            let contents = contents.entry(*inode).or_default();
            match change {
                Change::Resize { .. } if loss.keeps(dice) => change.apply(contents),
                Change::Resize { .. } => {}
                Change::Write { at, data } => {
                    for (at, part) in sectors(*at, data) {
                        if loss.keeps(dice) {
                            write(contents, at, part);
                        }
                    }
                }
            }
        }
        names
            .into_iter()
            .map(|(name, inode)| (name, contents.remove(&inode).unwrap_or_default()))
            .collect()
    }
}

fn rename(names: &mut BTreeMap<String, Inode>, name: String, inode: Option<Inode>) {
    match inode {
        Some(inode) => names.insert(name, inode),
        None => names.remove(&name),
    };
}

/// How much of what was not synced is lost.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    Nothing,
    Everything,
    /// Each sector and change survives with this many chances of eight.
    Some(u64),
}

impl Loss {
    fn keeps(self, dice: &mut Dice) -> bool {
        match self {
            Self::Nothing => true,
            Self::Everything => false,
            Self::Some(chances) => dice.below(8) < chances,
        }
    }
}

fn sectors(at: usize, data: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let start = done;
        let room = SECTOR_BYTES - (at + start) % SECTOR_BYTES;
        done = (start + room).min(data.len());
        (start < data.len()).then(|| (at + start, &data[start..done]))
    })
}

fn write(contents: &mut Vec<u8>, at: usize, data: &[u8]) {
    if contents.len() < at + data.len() {
        contents.resize(at + data.len(), 0);
    }
    contents[at..at + data.len()].copy_from_slice(data);
}

/// A disk that several hold.
pub(crate) type Shared = Arc<Mutex<Disk>>;

/// A set of disks; SQLite reaches one as the directory `/NAME`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Disks(Arc<Mutex<HashMap<String, Shared>>>);

impl Disks {
    /// Registers a set of disks with SQLite under `name`, which must be new in the process.
    pub(crate) fn register(name: &'static str) -> Self {
        let disks = Self::default();
        sqlite_vfs::register(name, disks.clone(), false).expect("the file system registers");
        disks
    }

    /// Plugs a disk in as `/name`, in place of the one that was there.
    pub(crate) fn plug(&self, name: &str, disk: Disk) -> Shared {
        let shared = Arc::new(Mutex::new(disk));
        guard(&self.0).insert(name.to_owned(), Arc::clone(&shared));
        shared
    }

    fn find(&self, path: &str) -> Result<(Shared, String), Error> {
        let mut parts = path.splitn(3, '/').skip(1);
        let disk = parts.next().and_then(|name| guard(&self.0).get(name).cloned());
        let file = parts.next().map(str::to_owned);
        disk.zip(file).ok_or_else(|| Error::from(ErrorKind::NotFound))
    }
}

/// Locks even after a panic elsewhere: a failed test must not hide behind a second one.
pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Vfs for Disks {
    type Handle = Handle;

    fn open(&self, path: &str, options: OpenOptions) -> Result<Handle, Error> {
        let (disk, file) = self.find(path)?;
        let mut open = guard(&disk);
        if options.access != OpenAccess::Read && open.fault == Some(Fault::ReadOnly) {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let inode = match open.names.get(&file) {
            Some(inode) => *inode,
            None if matches!(options.access, OpenAccess::Create | OpenAccess::CreateNew) => {
                open.create(file)
            }
            None => return Err(ErrorKind::NotFound.into()),
        };
        if matches!(options.kind, OpenKind::Wal | OpenKind::MainJournal) {
            open.new_journals.push(inode);
        }
        drop(open);
        Ok(Handle { disk, inode, lock: LockKind::None })
    }

    fn delete(&self, path: &str) -> Result<(), Error> {
        let (disk, file) = self.find(path)?;
        let mut disk = guard(&disk);
        disk.allow()?;
        disk.names.remove(&file).ok_or(ErrorKind::NotFound)?;
        disk.mark(Happening::Name(file, None));
        Ok(())
    }

    fn exists(&self, path: &str) -> Result<bool, Error> {
        let (disk, file) = self.find(path)?;
        Ok(guard(&disk).names.contains_key(&file))
    }

    fn temporary_name(&self) -> String {
        "/temporary/file".to_owned()
    }

    fn random(&self, buffer: &mut [i8]) {
        // SQLite salts its write-ahead logs with this; any constant start is as good.
        let mut dice = Dice::new(7);
        buffer.fill_with(|| i8::from_le_bytes([dice.next().to_le_bytes()[0]]));
    }

    fn sleep(&self, duration: Duration) -> Duration {
        duration
    }
}

/// An open file of a disk in memory.
#[derive(Debug)]
pub(crate) struct Handle {
    disk: Shared,
    inode: Inode,
    lock: LockKind,
}

impl DatabaseHandle for Handle {
    type WalIndex = PrivateIndex;

    fn size(&self) -> Result<u64, Error> {
        Ok(guard(&self.disk).contents.get(&self.inode).map_or(0, Vec::len) as u64)
    }

    fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> Result<(), Error> {
        let disk = guard(&self.disk);
        let contents = disk.contents.get(&self.inode).map_or(&[][..], Vec::as_slice);
        let from = usize::try_from(offset).map_or(contents.len(), |at| at.min(contents.len()));
        let found = &contents[from..];
        if found.len() < buffer.len() {
            buffer[..found.len()].copy_from_slice(found);
            buffer[found.len()..].fill(0);
            return Err(ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(&found[..buffer.len()]);
        Ok(())
    }

    fn write_all_at(&mut self, data: &[u8], offset: u64) -> Result<(), Error> {
        let at = usize::try_from(offset).map_err(Error::other)?;
        guard(&self.disk).change(self.inode, Change::Write { at, data: data.to_vec() })
    }

    fn sync(&mut self, _data_only: bool) -> Result<(), Error> {
        let mut disk = guard(&self.disk);
        disk.allow()?;
        let before = disk.new_journals.len();
        disk.new_journals.retain(|inode| *inode != self.inode);
        let directory = disk.new_journals.len() < before;
        disk.mark(Happening::Sync { inode: self.inode, directory });
        Ok(())
    }

    fn set_len(&mut self, size: u64) -> Result<(), Error> {
        let len = usize::try_from(size).map_err(Error::other)?;
        guard(&self.disk).change(self.inode, Change::Resize { len })
    }

    fn lock(&mut self, lock: LockKind) -> Result<bool, Error> {
        self.lock = lock;
        Ok(true)
    }

    fn reserved(&mut self) -> Result<bool, Error> {
        Ok(false)
    }

    fn current_lock(&self) -> Result<LockKind, Error> {
        Ok(self.lock)
    }

    fn wal_index(&self, _readonly: bool) -> Result<PrivateIndex, Error> {
        Ok(PrivateIndex)
    }
}

/// The index of the write-ahead log of the only connection: fresh memory after every start, as
/// after a power cut.
#[derive(Debug)]
pub(crate) struct PrivateIndex;

impl WalIndex for PrivateIndex {
    fn map(&mut self, _region: u32) -> Result<[u8; 32768], Error> {
        Ok([0; 32768])
    }

    fn lock(&mut self, _locks: std::ops::Range<u8>, _lock: WalIndexLock) -> Result<bool, Error> {
        Ok(true)
    }

    fn delete(self) -> Result<(), Error> {
        Ok(())
    }
}
