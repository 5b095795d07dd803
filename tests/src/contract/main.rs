//! Documents that have to agree: `openapi.yaml`, the code's tables, Terraform, the workflows, the catalogue of
//! metrics, SECURITY.md and ARCHITECTURE.md. All are compared as data; no function runs.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]

mod bodies;
mod catalogue;
mod deployment;
mod examples;
mod expressions;
mod glossary;
mod operations;
mod problems;
mod promises;
mod structure;
mod workflows;
mod written;
