/** What people read: counts in words and a run as one self-contained HTML page. */
package dev.kindling.spark.report;
