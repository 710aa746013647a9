//! Ticket documents to thermal printers, bells and panels; and their virtual twins.
