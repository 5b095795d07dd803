//! Short runs of the simulations: what `make calibrate` measures at length must not be far off.

mod adaptive;
mod balance;
mod bayes;
mod fixed_and_sequential;
mod heavy;
mod planning;
mod ratios;
