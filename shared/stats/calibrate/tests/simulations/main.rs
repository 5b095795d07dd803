//! Short runs of the simulations. They check that the measurements of `make calibrate` are not far off.

mod adaptive;
mod balance;
mod bayes;
mod betting;
mod fixed_and_sequential;
mod heavy;
mod planning;
mod ratios;
mod results;
mod sample_ratio;
mod stages;
mod watched;
