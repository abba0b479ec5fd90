/** A sweep as a page and as pictures. */
package dev.kindling.spark.sweep.report;
