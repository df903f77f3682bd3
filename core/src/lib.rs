//! The core of towpath: it reads conda packages, keeps what it learned in a store,
//! and builds the metadata of a conda channel from that store.
#![cfg_attr(docsrs, feature(doc_cfg))]
