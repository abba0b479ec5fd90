/** Text from a trained model. */
package dev.kindling.spark.generate;
