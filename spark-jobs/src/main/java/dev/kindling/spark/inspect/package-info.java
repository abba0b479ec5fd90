/** Explains in words what lies in a directory. */
package dev.kindling.spark.inspect;
