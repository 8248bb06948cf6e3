"""The commands of the classifier, with those that need the store."""

from collections.abc import Mapping

import click

from classifiers.commands import classifier
from classifiers.duplicate_commands import duplicates

GROUPS: Mapping[str, click.Group] = {"classifier": classifier, "duplicates": duplicates}
