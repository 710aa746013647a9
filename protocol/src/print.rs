//! Slips that somebody asks for, and how far every slip has come.

wire! {
    /// `POST /api/v1/prints`: prints a slip beside the ticket's own.
    #[serde(deny_unknown_fields)]
    pub struct PrintSlip {
        /// Which.
        pub kind: PrintKind,
        /// The ticket, for a 連携用紙 or a staff slip.
        #[serde(default)]
        pub ticket: Option<u64>,
        /// The hand-out of a tag, for the slip that goes with it.
        #[serde(default)]
        pub tag: Option<u64>,
        /// The kiosk whose printer prints it; the one set for the kind when absent.
        #[serde(default)]
        pub printer: Option<String>,
    }

    /// Slips that can be asked for.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum PrintKind {
        /// 連携用紙: what a resident takes to another section.
        Transfer,
        /// What staff carry with a case.
        Staff,
        /// What goes with a tag.
        Tag,
        /// The open day in figures, or the last one where none is open.
        Summary,
    }

    /// A slip, and how far it has come. Key: `print`.
    pub struct PrintView {
        /// Its name: the kiosk whose printer it was given to first, a dot, a number.
        pub print: String,
        /// What it is.
        pub kind: SlipKind,
        /// The kiosk whose printer has it now.
        pub printer: String,
        /// The ticket it is about.
        pub ticket: Option<u64>,
        /// The hand-out of a tag that it is about.
        pub tag: Option<u64>,
        /// How far it has come.
        pub state: PrintState,
        /// When it was asked for; 0 when nobody noted it.
        pub asked_at_ms: i64,
        /// A ticket's own whose state is `unknown`, and about which nobody need decide any more:
        /// staff have found it or had it printed again, or the ticket is no longer open.
        #[serde(default)]
        pub settled: bool,
    }

    /// Every kind of slip.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum SlipKind {
        /// A ticket's own.
        Ticket,
        /// 連携用紙.
        Transfer,
        /// For staff.
        Staff,
        /// Goes with a tag.
        Tag,
        /// A day in figures.
        Summary,
        /// A technician's.
        Test,
    }

    /// How far a slip has come.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum PrintState {
        /// Nothing of it has left yet.
        Waiting,
        /// It is leaving, or the printer has it and has not said that it is on paper.
        Printing,
        /// The printer said that it is on paper.
        Printed,
        /// Nobody can say whether it is on paper.
        Unknown,
        /// It was taken back, or the printer's queue was full.
        Failed,
    }
}
