"""Other solvers on the same instances, one adapter a file; used by benchmarks only, each tells what it left out."""
