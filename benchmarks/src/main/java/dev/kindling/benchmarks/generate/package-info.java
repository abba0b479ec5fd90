/** Writing text token by token, against the time that reading the weights takes. */
package dev.kindling.benchmarks.generate;
