/** The command line. Every command is one arrow of the way from raw text to scored documents. */
package dev.kindling.spark.cli;
