//! Short runs of the simulations: what `make calibrate` measures at length must not be far off.

mod adaptive;
mod balance;
mod bayes;
mod heavy;
mod planned_and_watched;
mod planning;
mod ratios;
