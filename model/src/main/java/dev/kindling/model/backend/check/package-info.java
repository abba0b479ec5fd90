/**
 * Calls of every kernel on fresh random numbers, and the comparison of what two backends make of
 * them: for the self-test of a machine and for the contract tests of all backends.
 */
package dev.kindling.model.backend.check;
