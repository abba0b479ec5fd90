/**
 * Configuration: YAML over {@code defaults.yaml} over nothing, as records. A key is valid if and
 * only if a record has a component of that name.
 */
package dev.kindling.spark.config;
