/** Prompts: a template, and solved examples before the question. */
package dev.kindling.spark.score.prompt;
