/** Child processes, so that no measurement sees what another one left behind. */
package dev.kindling.benchmarks.process;
