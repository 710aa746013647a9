//! Simulation, reports and export together: the ward's year comes out exactly, is reported
//! exactly, and can be recomputed from its export by somebody else's program.

mod damage;
mod data_dir;
mod recomputed;
mod replica;
mod year;
