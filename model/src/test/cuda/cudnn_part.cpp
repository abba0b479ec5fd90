// The other libraries of cuDNN, of which JavaCPP's bridge only wants that they are there.
