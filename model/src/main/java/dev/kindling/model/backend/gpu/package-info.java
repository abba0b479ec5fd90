/** The NVIDIA GPUs of this machine, as the driver's own tools tell of them. */
package dev.kindling.model.backend.gpu;
