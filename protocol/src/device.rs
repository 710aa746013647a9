//! Devices as the technician sees them: printers, bells, panels, button panels, scanners.
//!
//! A device is named by its place in the office file, such as `printers.kiosk-1` for the line
//! `kiosk-1` of `[devices.printers]`. Its state is a stable code; screens have the words.

use crate::Text;

wire! {
    /// What a device is for.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum DeviceKind {
        /// Prints slips at a kiosk.
        Printer,
        /// Summons a unit's staff.
        Bell,
        /// Shows the label that is called at a counter.
        Panel,
        /// Keys that issue, call or acknowledge.
        Buttons,
        /// Reads the QR codes of slips.
        Scanner,
    }

    /// A condition of a device, from the most to the least serious.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum DeviceState {
        /// Unplugged or switched off; looked for again by itself.
        Absent,
        /// There, but it does not answer.
        Silent,
        /// It needs a technician: an error that does not go away by itself.
        Fault,
        /// It says that it is offline and nothing more.
        Offline,
        /// It refuses orders (NAK).
        Refusing,
        /// The cutter is jammed.
        CutterJam,
        /// The cover is open.
        CoverOpen,
        /// No paper.
        PaperEnd,
        /// The head is too hot; it goes on by itself.
        HeadHot,
        /// Paper will run out soon.
        PaperNearEnd,
        /// It is at work: printing, ringing.
        Working,
        /// Ready.
        Ready,
    }

    /// One device. Key: `device`.
    pub struct DeviceView {
        /// Its place in the office file, such as `printers.kiosk-1`.
        pub device: String,
        /// What it is for.
        pub kind: DeviceKind,
        /// Whose it is: a kiosk's, bell's or counter's key, or the name of the device itself.
        pub owner: String,
        /// What the owner is called; may be empty.
        pub name: Text,
        /// Its address, as the office file has it.
        pub address: String,
        /// Its profile or driver, such as `epson-jp` or `lcus`.
        pub driver: String,
        /// Whether it is a virtual twin.
        pub is_twin: bool,
        /// The most serious condition that is true.
        pub state: DeviceState,
        /// Every other condition that is true, the most serious first.
        pub also: Vec<DeviceState>,
        /// What the system said about it, in English; empty when there is nothing to say.
        pub reason: String,
        /// When `state` became true.
        pub since_ms: i64,
        /// Jobs or orders that wait for it.
        pub queue_count: u16,
        /// Paper that is left, where that is estimated.
        pub paper: Option<PaperLeft>,
        /// Bytes, lines or codes from it that meant nothing.
        pub noise_count: u64,
        /// What a panel should be showing; `None` for anything but a panel.
        pub shows: Option<String>,
        /// What came of the latest key or code, newest first; empty for anything but an input.
        pub inputs: Vec<InputView>,
        /// Slips that are not settled yet, oldest first; empty for anything but a printer.
        pub jobs: Vec<JobView>,
        /// What can be done with it here.
        pub actions: Vec<DeviceAction>,
        /// What went over its line last.
        pub last: Option<ExchangeView>,
    }

    /// How much paper is left, by what has been printed since the roll was changed.
    #[derive(Copy, Eq)]
    pub struct PaperLeft {
        /// Slips of the usual length that still fit.
        pub slip_count: u32,
        /// What is left of the roll in percent, 0 to 100.
        pub percent: u8,
    }

    /// What came of a key or a code.
    pub struct InputView {
        /// Which: a key's number, or the label that a code led to; `?` when it led nowhere.
        pub input: String,
        /// What the office file makes of it, such as `issue:join` or `call-next`.
        pub action: String,
        /// The ticket's label, where one was issued, called or found.
        pub label: Option<String>,
        /// `None` when it was done, else the code of the refusal.
        pub refusal: Option<String>,
        /// When.
        pub at_ms: i64,
    }

    /// A slip that is not settled. Key: `job`, or `ticket` where there is no job any more.
    pub struct JobView {
        /// Its number in the printer's queue; `None` when it has left the queue.
        pub job: Option<u64>,
        /// The ticket it is the slip of; `None` for a test page.
        pub ticket: Option<u64>,
        /// The ticket's label.
        pub label: Option<String>,
        /// How far it has come.
        pub progress: JobProgress,
        /// Whether no byte of it has left, so that it can be taken back.
        pub can_withdraw: bool,
    }

    /// How far a slip has come.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum JobProgress {
        /// It waits its turn.
        Queued,
        /// Its bytes are leaving.
        Sending,
        /// It is with the printer, not proven yet.
        Sent,
        /// A condition of the printer holds it up; it goes on by itself.
        Held,
        /// Nobody knows whether it is on paper: staff look and decide.
        Unknown,
        /// It was not printed.
        Failed,
    }

    /// What can be done with a device.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DeviceAction {
        /// A test page, a short ring, a test of the panel.
        Test,
        /// A new roll of paper was put in: counts its slips from nothing.
        NewRoll,
        /// Takes back a slip that has not left.
        Withdraw,
    }

    /// Bytes one way, and what they mean.
    pub struct ExchangeView {
        /// Which way.
        pub direction: ExchangeDirection,
        /// The first bytes in hex, such as `10 04 01`.
        pub hex: String,
        /// How many bytes there were in all.
        pub byte_count: u64,
        /// A stable word such as `ask_paper`.
        pub meaning: String,
        /// What is special about these, in the words of the manual; may be empty.
        pub detail: String,
        /// How often exactly this went over the line.
        pub count: u32,
        /// How long ago it last did, in real time.
        pub ago_ms: i64,
    }

    /// Which way bytes went.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum ExchangeDirection {
        /// To the device.
        Sent,
        /// From the device.
        Received,
    }

    /// `GET /api/v1/devices/{device}`: one device with what went over its line.
    pub struct DeviceDetail {
        /// The device.
        pub device: DeviceView,
        /// The latest exchanges, oldest first.
        pub exchanges: Vec<ExchangeView>,
    }

    /// `GET /api/v1/found-devices`: a device of this machine. Key: `path`.
    pub struct FoundDevice {
        /// The path by which it is found again after being replugged, where there is one.
        pub path: String,
        /// Where that leads to now, such as `/dev/ttyUSB0`.
        pub node: String,
        /// How it is connected.
        pub link: FoundLink,
        /// What it calls itself; may be empty.
        pub name: String,
        /// The device of the office file that uses it, where one does.
        pub used_by: Option<String>,
        /// Lines for the office file, the most likely first; empty when it is used.
        pub proposals: Vec<ProposedLine>,
        /// What to mind.
        pub warnings: Vec<FoundWarning>,
        /// A udev rule that gives this socket of the machine a name of its own, where it helps.
        pub udev_rule: Option<String>,
    }

    /// How a found device is connected.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum FoundLink {
        /// A serial line, most often a USB adapter.
        Serial,
        /// A USB printer.
        UsbPrinter,
        /// A USB keyboard: a button panel or a scanner.
        Keyboard,
    }

    /// A line for the office file.
    pub struct ProposedLine {
        /// The table it belongs in, such as `devices.printers`.
        pub table: String,
        /// The lines, such as `kiosk-1 = "serial:/dev/…"`.
        pub text: String,
    }

    /// What to mind about a found device.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum FoundWarning {
        /// Its adapter has no serial number: another one of its kind would look the same.
        NoSerialNumber,
        /// Another one of its kind is plugged in now.
        Alike,
        /// Nothing but the number the system gave it: another order of plugging in changes it.
        NoStablePath,
        /// This program may not open it: the user must be in the group `dialout`, `lp` or `input`.
        NotAllowed,
    }

    /// `POST /api/v1/devices/{device}/withdraw`.
    #[serde(deny_unknown_fields)]
    pub struct WithdrawJob {
        /// The job's number in the printer's queue.
        pub job: u64,
    }
}
