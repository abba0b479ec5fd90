/** Looks at a machine before anything is run on it: what loads, what computes right, on what. */
package dev.kindling.spark.doctor;
