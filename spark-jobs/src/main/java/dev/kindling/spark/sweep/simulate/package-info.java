/**
 * What training would cost on clusters that one does not have: a cost model of a round, for every
 * strategy and mesh, from what was measured on one executor. Formulas and sources: {@code
 * docs/simulate.md}.
 */
package dev.kindling.spark.sweep.simulate;
