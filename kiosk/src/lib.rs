//! The kiosk: ticket layout, durable print queue, and its page.
