/** What the number of replicas and their local steps do to speed and loss, from a sweep's runs. */
package dev.kindling.spark.sweep.cluster;
