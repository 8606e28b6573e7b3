#!/usr/bin/env node
import "../src/command/main.ts";
