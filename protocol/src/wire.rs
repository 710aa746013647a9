//! The one way a wire type is declared, so that no derive is ever forgotten.

/// Declares types that travel: serde for both directions, and in this crate's own tests the
/// generators of the TypeScript types and the OpenAPI schemas.
macro_rules! wire {
    ($($item:item)*) => {$(
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
        $item
    )*};
}
