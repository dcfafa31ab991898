//! Tests of the subtraction.
